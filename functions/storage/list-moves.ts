import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Move } from './model.ts';
import { drainId, nodeId } from './ids.ts';
import type { MoveDirectory } from './move-directory.ts';

/** What operators see of a move: whose object goes where, and why it does not. */
export const MoveView = Move.pick({
  drainId: true,
  tenant: true,
  fileId: true,
  number: true,
  size: true,
  state: true,
  attempts: true,
  failure: true,
  createdAt: true,
  updatedAt: true,
}).extend({ from: nodeId.schema, to: nodeId.schema });

export const listMovesRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/moves',
  summary: 'List the moves of a drain',
  callers: ['operator'],
  query: ListQuery.extend({ drainId: drainId.schema, state: Move.shape.state.optional() }).strict(),
  response: pageOf(MoveView),
  status: 200,
});

/** The cursor's binding where there is no tenant. */
const OPERATOR = 'operator';

/** Moves by state and age. One that changed its state a moment ago may be missing from a page. */
export const listMoves =
  ({ directory }: { readonly directory: Pick<MoveDirectory, 'moves'> }): UseCase<typeof listMovesRoute> =>
  async ({ query: { limit, cursor, drainId: drain, state } }) => {
    const filter = { drain, state };
    const after = cursor === undefined ? undefined : decodeCursor(OPERATOR, filter, cursor);
    const page = await directory.moves({
      drain,
      limit,
      ...(state === undefined ? {} : { state }),
      ...(after === undefined ? {} : { after }),
    });
    return {
      body: {
        items: page.items.map((move) => ({ ...move, from: move.from.nodeId, to: move.to.nodeId })),
        next: page.next === null ? null : encodeCursor(OPERATOR, filter, page.next),
      },
    };
  };
