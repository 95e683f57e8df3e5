/** What is wrong, doubtful or worth knowing about the input: a code with parameters, where it is, and what it is about. */
import type { Message } from '../net/message.ts';
import type { ObjectReference, SourceRange } from './origin.ts';

export interface Diagnostic {
  /** error: a part of the input has no effect. warning: it has, but hardly what was meant. info: said once, nothing to do. */
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: Message;
  readonly object?: ObjectReference;
  /** JSON pointer into the object. */
  readonly field?: string;
  readonly range?: SourceRange;
}
