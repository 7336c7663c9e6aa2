// Build the package: the types of the control API from its OpenAPI document, and the code as ES modules and CommonJS.
// The document is docs/openapi.json of the repository, or the file that is named as the argument.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const bin = (name, ...args) =>
  execFileSync(process.execPath, [`node_modules/${name}`, ...args], { stdio: ["ignore", "inherit", "inherit"] });

rmSync("dist", { recursive: true, force: true });
rmSync("build", { recursive: true, force: true });
mkdirSync("src/generated", { recursive: true });
const control = "build/control-api.json";
mkdirSync("build");
writeFileSync(
  control,
  JSON.stringify(controlApi(JSON.parse(readFileSync(process.argv[2] ?? "../../docs/openapi.json")))),
);
// A field with a default can be left out, and an object without a schema can hold anything.
const options = ["--default-non-nullable=false", "--empty-objects-unknown"];
bin("openapi-typescript/bin/cli.js", control, ...options, "--output", "src/generated/control-api.ts");
bin("typescript/bin/tsc");

// TypeScript writes CommonJS if the nearest package.json sets that type.
cpSync("src", "build/cjs/src", { recursive: true });
cpSync("src-cjs", "build/cjs/src", { recursive: true });
rmSync("build/cjs/src/vitest.ts"); // Vitest has no CommonJS
rmSync("build/cjs/src/vitest-global-setup.ts");
cpSync("tsconfig.json", "build/cjs/tsconfig.json");
writeFileSync("build/cjs/package.json", '{ "type": "commonjs" }\n');
bin("typescript/bin/tsc", "--project", "build/cjs", "--outDir", "dist/cjs");
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');

// The package "stytch" is optional: without it, its types are any.
for (const name of ["dist/esm/sdk.d.ts", "dist/cjs/sdk.d.ts"]) {
  const text = readFileSync(name, "utf8");
  writeFileSync(name, text.replace("export type StytchClient", "// @ts-ignore\nexport type StytchClient"));
}

/** Return the part of an OpenAPI document that describes the control API, with the components that it uses. */
function controlApi(document) {
  const paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith("/_mock/api/")));
  const components = {};
  const waiting = [paths];
  while (waiting.length) {
    for (const [, group, name] of JSON.stringify(waiting.pop()).matchAll(/"#\/components\/(\w+)\/([^"/]+)/g)) {
      components[group] ??= {};
      if (name in components[group]) continue;
      components[group][name] = document.components[group][name];
      waiting.push(components[group][name]);
    }
  }
  return { openapi: document.openapi, info: document.info, paths, components };
}
