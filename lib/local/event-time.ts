/** An instant (milliseconds since 1970) as EventBridge writes it: whole seconds. */
export const eventTime = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
