import { api } from '../../lib/runtime/api.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { discreetly } from './discreetly.ts';
import { signParts, signPartsRoute } from './sign-parts.ts';
import { FilesOnNodesEnv } from './file-env.ts';
import { filesOnNodes } from './file-wiring.ts';

export const handler = api(signPartsRoute, discreetly(signParts(filesOnNodes(readEnv(FilesOnNodesEnv)))));
