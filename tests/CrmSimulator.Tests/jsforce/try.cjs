// Drives a simulator with jsforce as anybody would. What is not as with the real CRM ends it with an error.
// Environment: SIMULATOR (its address), CLIENT_ID, CLIENT_SECRET, CALLBACK, USERNAME_OF_USER.
'use strict';
const assert = require('node:assert/strict');
const { Connection, OAuth2 } = require('@jsforce/jsforce-node');

const { SIMULATOR, CLIENT_ID, CLIENT_SECRET, CALLBACK, USERNAME_OF_USER } = process.env;

// What a person does in a browser: opens the page, chooses who they are, presses Allow.
async function consent(url) {
  const page = await (await fetch(url)).text();
  const form = new URLSearchParams();
  for (const [, name, value] of page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    form.set(name, value.replaceAll('&#x2B;', '+').replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
  }
  form.set('username', USERNAME_OF_USER);
  form.set('decision', 'allow');
  const answer = await fetch(new URL('/services/oauth2/authorize', SIMULATOR), {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  assert.equal(answer.status, 302);
  return new URL(answer.headers.get('location')).searchParams;
}

async function login() {
  const oauth2 = new OAuth2({
    loginUrl: SIMULATOR,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    redirectUri: CALLBACK,
    useVerifier: true,
  });
  const heard = await consent(oauth2.getAuthorizationUrl({ scope: 'api id refresh_token', state: 'a state' }));
  assert.equal(heard.get('state'), 'a state');
  const connection = new Connection({ oauth2, version: '60.0' });
  const user = await connection.authorize(heard.get('code'));
  assert.match(user.organizationId, /^00D/);
  assert.equal((await connection.identity()).username, USERNAME_OF_USER);
  return connection;
}

async function refreshes(connection) {
  // A session that is over: jsforce asks for a new one and goes on.
  connection.accessToken = `${connection.accessToken}x`;
  let refreshed = 0;
  connection.on('refresh', () => refreshed++);
  await connection.query('SELECT Id FROM Lead');
  assert.equal(refreshed, 1);
}

async function describes(connection) {
  const all = await connection.describeGlobal();
  assert.ok(all.sobjects.some((one) => one.name === 'Lead' && one.createable));
  const lead = await connection.describe('Lead');
  const email = lead.fields.find((field) => field.name === 'Email');
  assert.deepEqual([email.type, email.length, email.idLookup], ['email', 80, true]);
  const limits = await connection.limits();
  assert.ok(limits.DailyApiRequests.Remaining < limits.DailyApiRequests.Max);
  assert.ok(connection.limitInfo.apiUsage.used > 0);
}

async function writesOneByOne(connection) {
  const leads = connection.sobject('Lead');
  const created = await leads.create({ LastName: 'Ng', Company: 'Acme', Email: 'ng@acme.example' });
  assert.equal(created.success, true);
  assert.equal((await leads.update({ Id: created.id, Title: 'CTO' })).success, true);
  assert.equal((await leads.retrieve(created.id)).Title, 'CTO');
  const first = await leads.upsert({ Ext__c: 'A-1', LastName: 'Key', Company: 'Acme' }, 'Ext__c');
  const second = await leads.upsert({ Ext__c: 'A-1', Title: 'again' }, 'Ext__c');
  assert.equal(first.id, second.id);
  const byEmail = await leads.upsert({ Email: 'ng@acme.example', Title: 'CEO' }, 'Email');
  assert.equal(byEmail.id, created.id);
  await leads.create({ LastName: 'Twin', Company: 'Acme', Email: 'ng@acme.example' });
  await assert.rejects(leads.upsert({ Email: 'ng@acme.example', Title: 'x' }, 'Email'), (error) =>
    error.errorCode === 'MULTIPLE_CHOICES' || error.name === 'MULTIPLE_CHOICES',
  );
  await assert.rejects(leads.create({ LastName: 'x' }), { name: 'REQUIRED_FIELD_MISSING' });
}

async function writesCollections(connection) {
  const leads = connection.sobject('Lead');
  const created = await leads.create(
    [1, 2, 3, 4, 5].map((n) => ({ LastName: `Many ${n}`, Company: 'Acme', Ext__c: `M-${n}` })),
  );
  assert.ok(created.every((one) => one.success));
  const updated = await leads.update(created.map(({ id }) => ({ Id: id, Title: 'many' })));
  assert.ok(updated.every((one) => one.success));
  const upserted = await leads.upsert(
    [
      { Ext__c: 'M-1', Title: 'known' },
      { Ext__c: 'M-6', LastName: 'Many 6', Company: 'Acme' },
    ],
    'Ext__c',
  );
  assert.deepEqual(upserted.map((one) => one.created), [false, true]);
  const mixed = await leads.create([{ LastName: 'half', Company: 'Acme' }, { LastName: 'wrong' }]);
  assert.deepEqual(mixed.map((one) => one.success), [true, false]);
  assert.equal(mixed[1].errors[0].statusCode ?? mixed[1].errors[0].errorCode, 'REQUIRED_FIELD_MISSING');
  const gone = await leads.destroy([mixed[0].id]);
  assert.ok(gone[0].success);
}

async function pages(connection) {
  // The org gives two records a page.
  const soql = "SELECT Id, LastName, Owner.Name FROM Lead WHERE LastName LIKE 'Many%' ORDER BY LastName";
  const first = await connection.query(soql);
  assert.deepEqual([first.totalSize, first.records.length, first.done], [6, 2, false]);
  const second = await connection.queryMore(first.nextRecordsUrl);
  assert.equal(second.records[0].LastName, 'Many 3');
  assert.equal(second.records[0].Owner.attributes.type, 'Name');
  const all = await connection.query(soql, { autoFetch: true, maxFetch: 100 });
  assert.equal(all.records.length, 6);
  assert.equal((await connection.query(soql, { scanAll: true })).totalSize, 6);
}

async function composes(connection) {
  const answer = await connection.requestPost('/composite', {
    allOrNone: true,
    compositeRequest: [
      {
        method: 'POST',
        url: '/services/data/v60.0/sobjects/Lead',
        referenceId: 'lead',
        body: { LastName: 'Composed', Company: 'Acme' },
      },
      { method: 'GET', url: '/services/data/v60.0/sobjects/Lead/@{lead.id}?fields=LastName', referenceId: 'read' },
    ],
  });
  assert.deepEqual(answer.compositeResponse.map((part) => part.httpStatusCode), [201, 200]);
  assert.equal(answer.compositeResponse[1].body.LastName, 'Composed');
}

async function loadsInBulk(connection) {
  connection.bulk2.pollInterval = 10;
  connection.bulk2.pollTimeout = 120_000;
  const results = await connection.bulk2.loadAndWaitForResults({
    object: 'Lead',
    operation: 'upsert',
    externalIdFieldName: 'Ext__c',
    input: [
      { Ext__c: 'B-1', LastName: 'Bulk, "quoted"', Company: 'Acme' },
      { Ext__c: 'B-2', LastName: 'Bulk 2', Company: 'Acme' },
      { Ext__c: 'B-3', LastName: 'Bulk 3', Company: '' },
    ],
    pollInterval: 10,
    pollTimeout: 120_000,
  });
  assert.equal(results.successfulResults.length, 2);
  assert.equal(results.successfulResults[0].sf__Created, 'true');
  assert.equal(results.failedResults.length, 1);
  assert.match(results.failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING:Required fields are missing: \[Company\]:Company --$/);
  assert.equal(results.unprocessedRecords.length, 0);

  const stream = await connection.bulk2.query("SELECT Id, LastName, Owner.Name FROM Lead WHERE Ext__c LIKE 'B-%' ORDER BY Ext__c", {
    pollInterval: 10,
    pollTimeout: 120_000,
  });
  const rows = await stream.toArray();
  assert.deepEqual(rows.map((row) => row.LastName), ['Bulk, "quoted"', 'Bulk 2']);
  assert.ok(rows[0]['Owner.Name'].length > 0);
}

async function main() {
  const connection = await login();
  await refreshes(connection);
  await describes(connection);
  await writesOneByOne(connection);
  await writesCollections(connection);
  await pages(connection);
  await composes(connection);
  await loadsInBulk(connection);
  const now = new Date();
  const replicated = await connection.sobject('Lead').updated(new Date(now - 60 * 60_000), new Date(+now + 120_000));
  assert.ok(replicated.ids.length >= 10);
  const found = await connection.search('FIND {ng@acme.example} IN EMAIL FIELDS RETURNING Lead(Id, Email)');
  assert.equal(found.searchRecords.length, 2);
  await connection.logout(true);
  await assert.rejects(connection.query('SELECT Id FROM Lead'));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
