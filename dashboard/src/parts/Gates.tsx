import { Check, Minus, X } from "lucide-react";
import type { Gate } from "../api/documents";
import { seconds } from "../format";
import { text } from "../text";

/** Each gate with what it found. */
export function Gates({ gates }: { gates: Gate[] }) {
    return (
        <ul className="rows gate-list">
            {gates.map((gate) => {
                const kind = gate.notRun ? "none" : gate.passed ? "pass" : "fail";
                const Icon = { none: Minus, pass: Check, fail: X }[kind];
                return (
                    <li key={gate.name} data-kind={kind}>
                        <Icon size={14} strokeWidth={2.5} aria-label={text.gate[kind]} />
                        <span className="gate-title">{gate.name}</span>
                        <span className="soft gate-text">{gate.notRun ? text.gate.none : gate.summary}</span>
                        <span className="faint number">{gate.notRun ? "" : seconds(gate.seconds)}</span>
                        {gate.findings.length > 0 && (
                            <ul className="findings">
                                {gate.findings.slice(0, 50).map((finding, index) => (
                                    // biome-ignore lint/suspicious/noArrayIndexKey: findings have no name and do not move
                                    <li key={index}>
                                        {finding.message}
                                        {finding.file && (
                                            <span className="mono faint">
                                                {" "}
                                                {finding.file}
                                                {finding.line ? `:${finding.line}` : ""}
                                            </span>
                                        )}
                                    </li>
                                ))}
                            </ul>
                        )}
                    </li>
                );
            })}
        </ul>
    );
}
