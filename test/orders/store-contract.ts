import { beforeEach, describe, expect, it } from 'vitest';
import { emailHash } from '../../functions/orders/particulars.ts';
import type { DueOrders, OpenOrders, OrderStore, StoredOrder } from '../../functions/orders/store.ts';
import {
  at,
  byRequest,
  cartOf,
  customerOf,
  eventOf,
  newOrderOf,
  orderOf,
  particulars,
  paymentOf,
  quoteOf,
  tenantA,
  tenantB,
} from './fixtures.ts';

export interface Orders {
  readonly open: OpenOrders;
  readonly dueOrders: DueOrders;
}

const ONE = orderOf('one');
const paymentId = paymentOf('one');
const confirmed = eventOf('OrderConfirmed', { paymentId }, 5);
const refusal = { code: 'out_of_stock', detail: 'gone' };
const rejected = eventOf('OrderRejected', { cartId: cartOf('one'), refusal }, 5);
const rejection = (attempt = 'attempt-1') => ({
  orderId: ONE,
  attempt,
  requestHash: 'request-1',
  owner: { customerId: null, tokenHash: 'token-hash' },
  event: rejected,
});
const updated = (seconds: number) => eventOf('OrderUpdated', { fields: ['note'] }, seconds);
const later = (seconds: number) => new Date(at(seconds));
const againAt = (seconds: number) => () => later(seconds);

/** What every store of orders promises. */
export const orderStoreContract = (make: () => Promise<Orders>): void => {
  let store: Orders;
  let orders: OrderStore;
  beforeEach(async () => {
    store = await make();
    orders = store.open(tenantA);
  });
  const must = async (orderId: string = ONE): Promise<StoredOrder> => {
    const order = await orders.find(orderId);
    if (order === undefined) throw new Error(`no order ${orderId}`);
    return order;
  };
  const appended = async (
    order: StoredOrder,
    ...event: Parameters<OrderStore['append']> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    const next = await orders.append(order, ...event);
    if (next === 'conflict') throw new Error('conflict');
    return next;
  };
  const dueIds = async (seconds: number) =>
    (await store.dueOrders.due(later(seconds), 10)).map(({ orderId }) => orderId);

  describe('placing', () => {
    it('keeps the order with its particulars, for its tenant only', async () => {
      expect(await orders.place(newOrderOf('one'))).toEqual({ outcome: 'placed' });
      const order = await must();
      expect(order.state).toMatchObject({ status: 'pending', version: 1, sequence: 1, paymentStatus: 'pending' });
      expect(order.state.placed).toEqual(newOrderOf('one').event.data);
      expect(order.particulars).toEqual(particulars);
      expect(order.control).toEqual({
        attempt: 'attempt-1',
        epoch: 1,
        requestHash: 'request-1',
        parked: false,
        customerId: null,
        tokenHash: 'token-hash',
      });
      expect(await store.open(tenantB).find(ONE)).toBeUndefined();
    });

    it('does it once: the second one gets the first one’s order', async () => {
      await orders.place(newOrderOf('one'));
      const again = await orders.place(newOrderOf('one', { attempt: 'attempt-2' }));
      expect(again).toMatchObject({ outcome: 'exists', order: { control: { attempt: 'attempt-1' } } });
    });

    it('keeps a basket of 500 lines', async () => {
      const quote = quoteOf({ lineCount: 500 });
      await orders.place(newOrderOf('one', { facts: { quote } }));
      expect((await must()).state.placed?.quote).toEqual(quote);
    });
  });

  describe('the commit point', () => {
    beforeEach(() => orders.place(newOrderOf('one')));
    const expected = { epoch: 1, version: 1 };

    it('confirms what is pending, once; whoever comes later gets what is there', async () => {
      const first = await orders.confirm(ONE, expected, confirmed);
      expect(first).toMatchObject({ outcome: 'confirmed', order: { state: { status: 'confirmed', version: 2 } } });
      expect(await orders.confirm(ONE, expected, confirmed)).toMatchObject({ outcome: 'kept' });
      expect((await must()).state).toEqual(first.order.state);
    });

    it('lets confirming and rejecting exclude each other, whichever is first', async () => {
      await orders.confirm(ONE, expected, confirmed);
      expect(await orders.reject(rejection())).toMatchObject({
        outcome: 'kept',
        order: { state: { status: 'confirmed' } },
      });
      expect(await orders.rejectTaken(ONE, 1, rejected)).toMatchObject({ outcome: 'kept' });

      const two = orderOf('two');
      await orders.place(newOrderOf('two'));
      expect(await orders.reject({ ...rejection(), orderId: two })).toMatchObject({ outcome: 'rejected' });
      expect(await orders.confirm(two, expected, confirmed)).toMatchObject({
        outcome: 'kept',
        order: { state: { status: 'rejected', rejection: refusal } },
      });
    });

    it('can wait for somebody, and be confirmed by them', async () => {
      await orders.park(ONE, 2);
      expect((await must()).control.parked).toBe(false);
      await orders.park(ONE, 1);
      expect((await must()).control).toMatchObject({ parked: true, epoch: 1 });
      expect(await dueIds(61)).toEqual([ONE]);
      await orders.confirm(ONE, expected, confirmed);
      await orders.park(ONE, 1);
      expect((await must()).state.status).toBe('confirmed');
    });

    it('does not confirm in another epoch or version', async () => {
      expect(await orders.confirm(ONE, { epoch: 2, version: 1 }, confirmed)).toMatchObject({ outcome: 'kept' });
      expect(await orders.confirm(ONE, { epoch: 1, version: 2 }, confirmed)).toMatchObject({ outcome: 'kept' });
      expect((await must()).state.status).toBe('pending');
    });

    it('does not reject what another attempt is working on', async () => {
      expect(await orders.reject(rejection('attempt-2'))).toMatchObject({ outcome: 'kept' });
      expect((await must()).state.status).toBe('pending');
      expect(await orders.reject(rejection('attempt-1'))).toMatchObject({ outcome: 'rejected' });
      expect(await orders.reject(rejection('attempt-2'))).toMatchObject({ outcome: 'rejected' });
    });

    it('fails for an order that is not there', async () => {
      await expect(orders.confirm(orderOf('none'), expected, confirmed)).rejects.toThrow('no order');
    });
  });

  describe('rejecting what is not there', () => {
    it('leaves a rejected order that a late placing finds', async () => {
      expect(await orders.reject(rejection())).toMatchObject({ outcome: 'rejected' });
      expect(await orders.place(newOrderOf('one'))).toMatchObject({
        outcome: 'exists',
        order: { state: { status: 'rejected', placed: null, rejection: refusal, cartId: cartOf('one') } },
      });
      expect((await must()).control).toMatchObject({ requestHash: 'request-1', tokenHash: 'token-hash' });
    });

    it('is in no list and never due', async () => {
      await orders.reject(rejection());
      expect(await orders.list({ status: 'rejected' }, 10, undefined)).toEqual({ orders: [], next: undefined });
      expect(await dueIds(1000)).toEqual([]);
    });
  });

  describe('taking over', () => {
    beforeEach(() => orders.place(newOrderOf('one')));

    it('knows what is due, of every tenant, until there is a verdict', async () => {
      await store.open(tenantB).place(newOrderOf('two', { seconds: 100 }));
      expect(await dueIds(59)).toEqual([]);
      expect(await store.dueOrders.due(later(60), 10)).toEqual([{ tenant: tenantA, orderId: ONE }]);
      expect((await dueIds(160)).toSorted()).toEqual([ONE, orderOf('two')].toSorted());
      await orders.confirm(ONE, { epoch: 1, version: 1 }, confirmed);
      expect(await dueIds(160)).toEqual([orderOf('two')]);
    });

    it('fences off whoever was there', async () => {
      const taken = await orders.takeOver(ONE, later(61), againAt(120));
      expect(taken?.control.epoch).toBe(2);
      expect(await orders.confirm(ONE, { epoch: 1, version: 1 }, confirmed)).toMatchObject({ outcome: 'kept' });
      expect(await orders.reject(rejection())).toMatchObject({ outcome: 'kept' });
      expect(await orders.confirm(ONE, { epoch: 2, version: 1 }, confirmed)).toMatchObject({ outcome: 'confirmed' });
    });

    it('can be done by one at a time, and again when it is due again', async () => {
      expect(await orders.takeOver(ONE, later(59), againAt(120))).toBeUndefined();
      const epochOf = async (seconds: number) =>
        (await orders.takeOver(ONE, later(seconds), againAt(seconds + 60)))?.control.epoch;
      expect(await epochOf(61)).toBe(2);
      expect(await epochOf(61)).toBeUndefined();
      expect(await dueIds(100)).toEqual([]);
      expect(await dueIds(121)).toEqual([ONE]);
      expect(await epochOf(121)).toBe(3);
    });

    it('rejects in its own epoch only', async () => {
      await orders.takeOver(ONE, later(61), againAt(120));
      expect(await orders.rejectTaken(ONE, 1, rejected)).toMatchObject({ outcome: 'kept' });
      expect(await orders.rejectTaken(ONE, 2, rejected)).toMatchObject({ outcome: 'rejected' });
      expect(await orders.takeOver(ONE, later(600), againAt(700))).toBeUndefined();
      expect(await dueIds(600)).toEqual([]);
    });
  });

  describe('appending', () => {
    beforeEach(() => orders.place(newOrderOf('one')));
    const confirm = () => orders.confirm(ONE, { epoch: 1, version: 1 }, confirmed);

    it('happens to the version that was read, or not at all', async () => {
      const { order } = await confirm();
      const next = await appended(order, updated(6), { ...particulars, note: 'call first', metadata: { a: 'b' } });
      expect(next.state.version).toBe(3);
      expect(await orders.append(order, updated(7))).toBe('conflict');
      expect(await must()).toEqual(next);
      expect(next.particulars).toMatchObject({ email: 'ann@example.com', note: 'call first', metadata: { a: 'b' } });
    });

    it('can take particulars away', async () => {
      const { order } = await confirm();
      const noted = await appended(order, updated(6), { ...particulars, note: 'x', metadata: { a: 'b' } });
      await appended(noted, updated(7), particulars);
      expect((await must()).particulars).toEqual(particulars);
    });

    it('keeps the whole history beyond what fits into one item', async () => {
      let { order } = await confirm();
      for (let seconds = 6; seconds < 106; seconds += 1) order = await appended(order, updated(seconds));
      const cancelled = eventOf('OrderCancelled', { reason: 'other', restock: false, request: byRequest }, 200);
      order = await appended(order, cancelled);
      expect(await must()).toEqual(order);
      expect(order.state).toMatchObject({
        status: 'cancelled',
        version: 103,
        sequence: 3,
        placed: { number: 'A-10000' },
      });
      const history = await orders.history(await must());
      expect(history.map(({ type }) => type)).toEqual([
        'OrderPlaced',
        'OrderConfirmed',
        ...Array.from({ length: 100 }, () => 'OrderUpdated'),
        'OrderCancelled',
      ]);
      expect(history.map((event) => event.at)).toEqual(history.map((event) => event.at).toSorted());
    });

    it('gives the history as of what was read, though more was written meanwhile', async () => {
      let { order } = await confirm();
      for (let seconds = 6; seconds < 46; seconds += 1) order = await appended(order, updated(seconds));
      const read = order;
      for (let seconds = 46; seconds < 96; seconds += 1) order = await appended(order, updated(seconds));
      expect(await orders.history(read)).toHaveLength(42);
      expect(await orders.history(order)).toHaveLength(92);
    });
  });

  describe('listing', () => {
    const idsOf = ({ orders: found }: { readonly orders: readonly StoredOrder[] }) =>
      found.map(({ state }) => state.orderId);
    beforeEach(async () => {
      for (const [index, name] of ['one', 'two', 'three', 'four'].entries()) {
        const owner = { customerId: index % 2 === 0 ? null : customerOf('ann'), tokenHash: null };
        const email = index === 0 ? 'Ann@Example.com' : 'bob@example.com';
        await orders.place(
          newOrderOf(name, {
            seconds: index * 10,
            owner,
            particulars: { ...particulars, email },
            facts: { number: `A-${index}`, customerId: owner.customerId },
          }),
        );
      }
      await store.open(tenantB).place(newOrderOf('other'));
      await orders.confirm(orderOf('two'), { epoch: 1, version: 1 }, confirmed);
      await orders.reject({ ...rejection(), orderId: orderOf('three') });
    });
    const list = async (filter: Parameters<OrderStore['list']>[0]) => idsOf(await orders.list(filter, 10, undefined));

    it('is newest first, of one tenant, without what was refused', async () => {
      expect(await list({})).toEqual(['four', 'two', 'one'].map(orderOf));
      expect(await list({ status: 'rejected' })).toEqual([orderOf('three')]);
    });

    it('finds by state, owner, number, email and time', async () => {
      expect(await list({ status: 'confirmed' })).toEqual([orderOf('two')]);
      expect(await list({ paymentStatus: 'authorized' })).toEqual([orderOf('two')]);
      expect(await list({ customerId: customerOf('ann') })).toEqual(['four', 'two'].map(orderOf));
      expect(await list({ customerId: customerOf('bob') })).toEqual([]);
      expect(await list({ number: 'A-0' })).toEqual([orderOf('one')]);
      expect(await list({ number: 'A-0', status: 'confirmed' })).toEqual([]);
      expect(await list({ emailHash: emailHash(tenantA, 'ann@example.com') })).toEqual([orderOf('one')]);
      expect(await list({ from: at(10), to: at(30) })).toEqual([orderOf('two')]);
      expect(await list({ customerId: customerOf('ann'), from: at(11) })).toEqual([orderOf('four')]);
      expect(await list({ from: at(30), to: at(10) })).toEqual([]);
    });

    it('goes on where a page ended, whatever was left out in between', async () => {
      const pages: string[][] = [];
      let after: Parameters<OrderStore['list']>[2];
      do {
        const page = await orders.list({}, 1, after);
        pages.push(idsOf(page));
        after = page.next;
      } while (after !== undefined);
      expect(pages.flat()).toEqual(['four', 'two', 'one'].map(orderOf));
    });

    it('gives several by id', async () => {
      const found = await orders.findAll([orderOf('one'), orderOf('three'), orderOf('none')]);
      expect(idsOf({ orders: found }).toSorted()).toEqual(['one', 'three'].map(orderOf).toSorted());
      expect(await store.open(tenantB).findAll([orderOf('one')])).toEqual([]);
    });
  });
};
