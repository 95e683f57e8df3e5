/** The comfortable controls, in one chunk that loads after the first walk is on the screen. */
import './extras.css';

export { MoreMenu } from './MoreMenu.tsx';
export { RequestCombobox } from './RequestCombobox.tsx';
export { ScenarioSelect } from './ScenarioSelect.tsx';
