import { createHash } from 'node:crypto';

/** A tenant's API key: its kind and 40 letters and digits (238 random bits). */
export const API_KEY = /^(pk|sk)_[0-9A-Za-z]{40}$/;

/**
 * What is kept of a key: its SHA-256 as hex. A slow hash protects secrets that people think up; these are random, and
 * the hash is what they are found by.
 */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');
