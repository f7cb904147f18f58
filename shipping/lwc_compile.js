// node lwc_compile.js <folder>: compiles the component that is in it; says what is wrong, a warning too, and exits 1.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { transformSync } from '@lwc/compiler';

const COMPILED = /\.(?:html|js|css)$/;

function problemsOf(folder, file) {
    try {
        const options = { namespace: 'c', name: basename(folder) };
        const { warnings = [] } = transformSync(readFileSync(join(folder, file), 'utf8'), file, options);
        return warnings.map((warning) => `${file}: ${warning.message}`);
    } catch (error) {
        return [`${file}: ${error.message}`];
    }
}

const folder = resolve(process.argv[2]);
const found = readdirSync(folder).filter((file) => COMPILED.test(file)).flatMap((file) => problemsOf(folder, file));
found.forEach((problem) => console.log(problem));
process.exitCode = found.length ? 1 : 0;
