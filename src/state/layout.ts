/** How the page looks: theme, sizes, tabs, dialogs. Kept apart from the work, so that a link does not change someone's theme. */
import type { GetState, LayoutSlice, SetState } from './types.ts';

export function createLayoutSlice(set: SetState, get: GetState): LayoutSlice {
  return {
    theme: 'system',
    projector: false,
    singleKeys: true,
    phoneTab: 'hops',
    dialog: null,
    stage: { width: 0, height: 0, expanded: {}, tidy: 0 },
    panels: {},
    firstHopDrawn: false,
    online: true,

    setTheme: (theme) => set({ theme }),
    setProjector: (projector) => set({ projector }),
    setSingleKeys: (singleKeys) => set({ singleKeys }),
    setPhoneTab: (phoneTab) => set({ phoneTab }),
    openDialog: (dialog) => set({ dialog }),
    resizeStage(width, height) {
      const { stage } = get();
      if (Math.round(width) === stage.width && Math.round(height) === stage.height) return;
      set({ stage: { ...stage, width: Math.round(width), height: Math.round(height) } });
    },
    toggleExpanded: (thing, expanded) =>
      set((state) => ({ stage: { ...state.stage, expanded: { ...state.stage.expanded, [thing]: expanded } } })),
    tidy: () => set((state) => ({ stage: { ...state.stage, tidy: state.stage.tidy + 1 } })),
    rememberPanels: (group, sizes) => set((state) => ({ panels: { ...state.panels, [group]: sizes } })),
    markFirstHopDrawn: () => set({ firstHopDrawn: true }),
    setOnline: (online) => set({ online }),
  };
}
