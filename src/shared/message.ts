/**
 * Words leave the engine as a code with parameters; their text lives in the catalogues of src/i18n. Text of native tools and of the
 * API server is a parameter and stays as it is.
 */
export interface Message {
  /** A key of the catalogue, e.g. "manifest.limit.documents". */
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

export const message = (code: string, params: Message['params'] = {}): Message => ({ code, params });

/** Turns a Message into a sentence of one language. */
export type Translate = (message: Message) => string;
