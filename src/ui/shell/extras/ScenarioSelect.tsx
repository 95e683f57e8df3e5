/** The scenario choice as a list that opens under its button. */
import { Select, SelectItem, SelectItemCheck, SelectPopover, SelectProvider } from '@ariakit/react';
import { ChevronDown, FileText } from 'lucide-react';
import type { ScenarioBoxProps } from '../ScenarioBox.tsx';

export function ScenarioSelect({ label, value, choices, onChoose }: ScenarioBoxProps) {
  const current = choices.find((choice) => choice.value === value);
  return (
    <SelectProvider value={value} setValue={onChoose}>
      <Select className="select-like" aria-label={label}>
        <FileText size={14} aria-hidden="true" />
        <span className="value">{current?.label ?? value}</span>
        <ChevronDown size={14} aria-hidden="true" />
      </Select>
      <SelectPopover className="popover" gutter={4} sameWidth portal unmountOnHide>
        {choices.map((choice) => (
          <SelectItem key={choice.value} value={choice.value} className="popover-item">
            <SelectItemCheck className="popover-check" />
            {choice.label}
          </SelectItem>
        ))}
      </SelectPopover>
    </SelectProvider>
  );
}
