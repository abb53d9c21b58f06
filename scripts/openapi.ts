import { App } from 'aws-cdk-lib/core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { compose } from '../bin/app.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { domainStackOf } from '../lib/constructs/domain-stack.ts';
import { openApiDocument } from '../lib/constructs/openapi-document.ts';

/** `npm run openapi`: writes the OpenAPI 3.1 document of every domain to `dist/openapi/<domain>.json`. */
const OUT = 'dist/openapi';

const app = new App();
app.node.setContext('stage', 'dev');
compose(app);
mkdirSync(OUT, { recursive: true });
for (const construct of app.node.findAll()) {
  if (!(construct instanceof DomainApi)) continue;
  const { domain } = domainStackOf(construct);
  const file = `${OUT}/${domain}.json`;
  writeFileSync(file, `${JSON.stringify(openApiDocument(domain, construct.routes), null, 2)}\n`);
  console.log(`${file}: ${construct.routes.length} routes`);
}
