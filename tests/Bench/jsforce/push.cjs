// Brings leads into a CRM as a script of an afternoon does: looks for them by address, creates or updates in collections of 200.
// Nothing is kept, told, retried or shared with others. Prints the seconds from its first call to its last answer.
// Environment: INSTANCE (the CRM's address), TOKEN (of a session), LEADS (how many), TITLE (what each is given).
'use strict';
const { Connection } = require('@jsforce/jsforce-node');

const { INSTANCE, TOKEN, LEADS, TITLE } = process.env;
const IN_ONE_CALL = 200;

function leadsFrom(first) {
  const count = Math.min(IN_ONE_CALL, Number(LEADS) - first);
  return Array.from({ length: count }, (_, index) => ({
    LastName: 'Person',
    Company: 'Acme',
    Email: `script-${first + index}@load.example`,
    Title: TITLE,
  }));
}

async function push(connection, leads) {
  const addresses = leads.map((lead) => `'${lead.Email}'`).join(',');
  const found = await connection.query(`SELECT Id, Email FROM Lead WHERE Email IN (${addresses})`, {
    autoFetch: true,
    maxFetch: IN_ONE_CALL,
  });
  const ids = new Map(found.records.map((record) => [record.Email, record.Id]));
  const known = leads.filter((lead) => ids.has(lead.Email));
  const fresh = leads.filter((lead) => !ids.has(lead.Email));
  const sobject = connection.sobject('Lead');
  const results = [
    ...(fresh.length ? await sobject.create(fresh) : []),
    ...(known.length ? await sobject.update(known.map((lead) => ({ ...lead, Id: ids.get(lead.Email) }))) : []),
  ];
  const refused = results.find((result) => !result.success);
  if (refused) throw new Error(JSON.stringify(refused.errors));
}

async function main() {
  const connection = new Connection({ instanceUrl: INSTANCE, accessToken: TOKEN, version: '60.0' });
  const began = process.hrtime.bigint();
  for (let first = 0; first < Number(LEADS); first += IN_ONE_CALL) await push(connection, leadsFrom(first));
  console.log(Number(process.hrtime.bigint() - began) / 1e9);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
