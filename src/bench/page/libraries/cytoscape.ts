/** Kept whole, for its size. */
import * as library from 'cytoscape';

Reflect.set(globalThis, 'kept', library);
