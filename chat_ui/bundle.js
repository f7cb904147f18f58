// Bundles every entry point that there is into the folder that is named; started by build.py.
import { existsSync, readFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const [, , folder = 'dist'] = process.argv;

/** @type {Record<string, {source: string, format: esbuild.Format, inject?: string[]}>} */
const ENTRIES = {
  launcher: { source: 'widget/launcher.js', format: 'iife' },
  widget: { source: 'widget/widget.js', format: 'esm' },
  page: { source: 'widget/page.js', format: 'esm' },
  pane: { source: 'pane/pane.js', format: 'esm' },
  sdk: { source: 'core/sdk.js', format: 'esm', inject: ['core/sdk_storage.js'] },
};

/** Imports a style sheet as its text, minified. @type {esbuild.Plugin} */
const styles = {
  name: 'styles',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};

const found = Object.entries(ENTRIES).filter(([, { source }]) => existsSync(source));
const results = await Promise.allSettled(
  found.map(([name, { source, format, inject }]) =>
    esbuild.build({
      entryPoints: [source],
      outfile: `${folder}/${name}.js`,
      format,
      bundle: true,
      inject,
      minify: true,
      target: 'es2020',
      charset: 'utf8',
      legalComments: 'none',
      plugins: [styles],
    }),
  ),
);
// What was wrong esbuild has said already; what was right is there.
process.exitCode = results.some(({ status }) => status === 'rejected') ? 1 : 0;
