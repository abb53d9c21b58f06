import { api } from '../../lib/runtime/api.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { discreetly } from './discreetly.ts';
import { createUpload, createUploadRoute } from './create-upload.ts';
import { NewFilesEnv } from './file-env.ts';
import { newFiles } from './file-wiring.ts';

export const handler = api(createUploadRoute, discreetly(createUpload(newFiles(readEnv(NewFilesEnv)))));
