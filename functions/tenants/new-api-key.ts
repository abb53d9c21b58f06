import { randomBase62 } from '../../lib/runtime/random-text.ts';
import type { KeyKind } from './key-model.ts';

/** A new API key: see `API_KEY` for its form. */
export const newApiKey = (kind: KeyKind): string => `${kind === 'publishable' ? 'pk' : 'sk'}_${randomBase62(40)}`;

/** A value for API Gateway's own key of a tenant. It admits nobody; API Gateway wants 20 characters at least. */
export const newUsageKey = (): string => randomBase62(30);
