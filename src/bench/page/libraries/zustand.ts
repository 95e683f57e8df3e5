/** Kept whole, for its size. */
import * as library from 'zustand';

Reflect.set(globalThis, 'kept', library);
