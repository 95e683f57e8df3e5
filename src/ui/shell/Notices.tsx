/** Sentences above the areas: a bad link, a dead worker, a work that was put aside, no network. Each can be sent away. */
import { CircleAlert, Info, TriangleAlert, X } from 'lucide-react';
import type { Notice } from '../../state/types.ts';
import { useApp, useServices, useWords } from '../app.ts';

const icons = { info: Info, warning: TriangleAlert, error: CircleAlert } as const;

export function Notices() {
  const notices = useApp((state) => state.notices);
  const failure = useApp((state) => state.failure);
  const { say } = useServices();
  return (
    <div className="notices">
      {failure !== null && (
        <div className="notice error" role="alert">
          <CircleAlert size={16} aria-hidden="true" />
          <p>{say(failure)}</p>
        </div>
      )}
      {notices.map((notice) => (
        <NoticeRow key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeRow({ notice }: { readonly notice: Notice }) {
  const { store, say } = useServices();
  const words = useWords();
  const Icon = icons[notice.tone];
  return (
    <div className={`notice ${notice.tone}`} role={notice.tone === 'error' ? 'alert' : 'status'}>
      <Icon size={16} aria-hidden="true" />
      <p>{say(notice.message)}</p>
      {notice.action !== null && (
        <button type="button" className="button" onClick={notice.action.run}>
          {say(notice.action.label)}
        </button>
      )}
      <button
        type="button"
        className="button plain square"
        aria-label={words('page.notice.dismiss')}
        onClick={() => store.getState().dismiss(notice.id)}
      >
        <X size={14} aria-hidden="true" />
      </button>
    </div>
  );
}
