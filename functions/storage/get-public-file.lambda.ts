import { api } from '../../lib/runtime/api.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { discreetly } from './discreetly.ts';
import { FilesOnNodesEnv } from './file-env.ts';
import { filesOnNodes } from './file-wiring.ts';
import { getPublicFile, getPublicFileRoute } from './get-public-file.ts';
import { publicOwners } from './public-owners.ts';

const env = readEnv(FilesOnNodesEnv);
const wiring = filesOnNodes(env);
const ownerOf = publicOwners(wiring.client, env.STORAGE_TABLE);

export const handler = api(getPublicFileRoute, discreetly(getPublicFile({ ...wiring, ownerOf })));
