// Reads {"schemas": [...], "checks": [{"schema": "<$id>", "data": ...}]} and writes, per check, its faults as text or null.
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

let input = "";
for await (const chunk of process.stdin) input += chunk;
const { schemas, checks } = JSON.parse(input);
const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
addFormats(ajv);
for (const schema of schemas) ajv.addSchema(schema);
const answers = checks.map(({ schema, data }) => {
  const validate = ajv.getSchema(schema);
  return validate(data) ? null : ajv.errorsText(validate.errors);
});
process.stdout.write(JSON.stringify(answers));
