/** Kept whole, for its size. */
import * as library from 'js-yaml';

Reflect.set(globalThis, 'kept', library);
