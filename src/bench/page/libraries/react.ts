/** Kept whole, for its size. */
import * as react from 'react';
import * as client from 'react-dom/client';

Reflect.set(globalThis, 'kept', [react, client]);
