import { Check, Minus, X } from "lucide-react";
import { useState } from "react";
import type { Finding, Gate } from "../api/documents";
import { seconds } from "../format";
import { text } from "../text";

const findingsAtFirst = 8;

/** What is found again and again is told once. */
function gather(findings: Finding[]): { finding: Finding; times: number }[] {
    const found = new Map<string, { finding: Finding; times: number }>();
    for (const finding of findings) {
        const name = JSON.stringify([finding.message, finding.file, finding.line]);
        const line = found.get(name);
        if (line) line.times++;
        else found.set(name, { finding, times: 1 });
    }
    return [...found.values()];
}

function Findings({ findings }: { findings: Finding[] }) {
    const [isWhole, setWhole] = useState(false);
    const lines = gather(findings);
    return (
        <ul className="findings">
            {lines.slice(0, isWhole ? undefined : findingsAtFirst).map(({ finding, times }) => (
                <li key={JSON.stringify([finding.message, finding.file, finding.line])}>
                    {finding.message}
                    {times > 1 && <span className="faint"> ×{times}</span>}
                    {finding.file && (
                        <span className="mono faint">
                            {" "}
                            {finding.file}
                            {finding.line ? `:${finding.line}` : ""}
                        </span>
                    )}
                </li>
            ))}
            {!isWhole && lines.length > findingsAtFirst && (
                <li>
                    <button type="button" className="more-link" onClick={() => setWhole(true)}>
                        {text.gate.more(lines.length - findingsAtFirst)}
                    </button>
                </li>
            )}
        </ul>
    );
}

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
                        {gate.findings.length > 0 && <Findings findings={gate.findings} />}
                    </li>
                );
            })}
        </ul>
    );
}
