/** SQS bills a request for each chunk of this size of its payload (its pricing page). */
const CHUNK_BYTES = 65_536;

/** As how many requests one is billed that carries so many bytes of messages. */
export const billedRequests = (bytes: number): number => Math.max(1, Math.ceil(bytes / CHUNK_BYTES));
