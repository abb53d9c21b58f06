const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `1.5 GiB` */
export const bytesText = (bytes: number): string => {
  const unit = Math.min(UNITS.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
};

/** `512`, `10 GiB`, `1.5TiB`: bytes; undefined for anything else. */
export const bytesOf = (text: string): number | undefined => {
  const [, value, unit] = /^(\d+(?:\.\d+)?)\s*(B|[KMGTP]iB)?$/.exec(text.trim()) ?? [];
  return value === undefined ? undefined : Math.round(Number(value) * 1024 ** UNITS.indexOf(unit ?? 'B'));
};

/** `1 h 05 min`, `3 min 07 s`, `12 s` */
export const durationText = (seconds: number): string => {
  const two = (value: number) => String(value).padStart(2, '0');
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours} h ${two(minutes)} min`;
  return minutes > 0 ? `${minutes} min ${two(whole % 60)} s` : `${whole} s`;
};

export const percentText = (part: number, whole: number): string =>
  `${whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10} %`;
