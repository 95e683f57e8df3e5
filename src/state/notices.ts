/** Notices, announcements, and works put aside: nothing that someone wrote is ever overwritten by opening something else. */
import { workOf } from './documents.ts';
import type { GetState, KeptWork, SetState, ShareSlice } from './types.ts';

/** How many works are kept aside; the oldest goes first. */
export const keptLimit = 5;

export function createShareSlice(set: SetState, get: GetState): ShareSlice {
  return {
    notices: [],
    announcement: null,
    link: null,
    kept: [],
    notify: (notice) => set((state) => ({ notices: [...state.notices.filter((other) => other.id !== notice.id), notice] })),
    dismiss: (id) => set((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) })),
    announce: (announcement) => set({ announcement }),
    setLink: (link) => set({ link }),
    keepWork(title, keptAt) {
      const state = get();
      if (!state.edited || state.files.every((file) => file.text.trim() === '')) return;
      const kept: KeptWork = { id: keptAt, title, keptAt, work: workOf(state) };
      set({ kept: [kept, ...state.kept.filter((other) => other.id !== kept.id)].slice(0, keptLimit) });
    },
    restoreKept(id, keptAt) {
      const wanted = get().kept.find((kept) => kept.id === id);
      if (wanted === undefined) return;
      set((state) => ({ kept: state.kept.filter((kept) => kept.id !== id) }));
      get().keepWork(get().title ?? '', keptAt);
      get().openWork(wanted.work, { edited: true });
    },
    setKept: (kept) => set({ kept }),
  };
}
