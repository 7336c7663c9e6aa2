// Print the public methods of StytchB2BClient as a JSON list, from the package's type declarations:
// ["authenticateByUrl", "discovery.intermediateSessions.exchange", …]
import ts from "typescript";

const entry = "client.ts";
const program = ts.createProgram([entry], {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  skipLibCheck: true,
  types: [],
});
const checker = program.getTypeChecker();
const source = program.getSourceFile(entry);
const [client] = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
const found = [];

function isPrivate(symbol) {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return symbol.declarations.some((declaration) => ts.getCombinedModifierFlags(declaration) & hidden);
}

function walk(type, path) {
  for (const symbol of type.getProperties()) {
    if (isPrivate(symbol)) continue;
    const name = [...path, symbol.name];
    const member = checker.getTypeOfSymbolAtLocation(symbol, source);
    if (member.getCallSignatures().length) found.push(name.join("."));
    else if (member.getFlags() & ts.TypeFlags.Object) walk(member, name);
  }
}

walk(checker.getTypeOfSymbolAtLocation(client, source), []);
if (!found.length) throw new Error("StytchB2BClient has no methods: its declarations weren't found");
console.log(JSON.stringify(found.sort()));
