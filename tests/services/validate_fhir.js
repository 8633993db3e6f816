// Reads a JSON list of resources from standard input; prints for each the errors that the validator names.
const fs = require("fs"), path = require("path"), vm = require("vm");
const bundle = path.join(__dirname, "..", "vendor", "fhir", "bundle.js");
vm.runInThisContext(fs.readFileSync(bundle, "utf8"));
const validator = new Fhir.Fhir();
const resources = JSON.parse(fs.readFileSync(0, "utf8"));
const found = resources.map((resource) =>
  validator.validate(resource, {}).messages
    .filter((each) => each.severity === "error" || each.severity === "fatal")
    .map((each) => `${each.location}: ${each.message}`));
console.log(JSON.stringify(found));
