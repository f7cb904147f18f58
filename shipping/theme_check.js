// Runs Shopify's theme-check over an extension and prints a line for each thing that it refuses.
// https://shopify.dev/docs/storefronts/themes/tools/theme-check
import { isAbsolute } from "node:path";
import { themeCheckRun } from "@shopify/theme-check-node";

const [, , root] = process.argv;
// With a relative root it finds no files, and no fault.
if (!root || !isAbsolute(root)) throw new Error("the extension's absolute path is missing");

const { offenses, theme } = await themeCheckRun(root, undefined, () => {});
if (!theme.length) throw new Error(`there is nothing to check in ${root}`);
for (const { check, uri, message } of offenses) console.log(`${uri.split("/").pop()}: ${check}: ${message}`);
process.exit(offenses.length ? 1 : 0);
