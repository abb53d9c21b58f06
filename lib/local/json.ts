/** A JSON object, or anything that can be read like one. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** JSON text as a value, without the `any` that JSON.parse answers. Throws SyntaxError. */
export const parseJson = (text: string): unknown => JSON.parse(text);

/** True when two JSON values are equal: numbers by value, objects whatever the order of their keys. */
export const sameJson = (left: unknown, right: unknown): boolean => {
  if (left === right) return true;
  if (isArray(left)) {
    return (
      isArray(right) && left.length === right.length && left.every((value, index) => sameJson(value, right[index]))
    );
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
  );
};
