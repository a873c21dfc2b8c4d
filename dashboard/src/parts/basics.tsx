import * as Tooltip from "@radix-ui/react-tooltip";
import { Check, CircleAlert, CircleDashed, Copy, LoaderCircle, Minus, PencilLine, Tag, X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Link } from "wouter";
import { Problem } from "../api/client";
import type { Gate } from "../api/documents";
import { ago, fullTime, shortId } from "../format";
import { text } from "../text";

export type Kind = "pass" | "fail" | "run" | "changed" | "none";

/** A text that appears over what the pointer or the focus is on. */
export function Tip({ label, children }: { label: ReactNode; children: ReactNode }) {
    return (
        <Tooltip.Root>
            <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
            <Tooltip.Portal>
                <Tooltip.Content className="tip" sideOffset={5} collisionPadding={8}>
                    {label}
                </Tooltip.Content>
            </Tooltip.Portal>
        </Tooltip.Root>
    );
}

const marks = { pass: Check, fail: X, run: LoaderCircle, changed: PencilLine, none: CircleDashed } as const;

/** A state as a word, a shape and a colour. */
export function Mark({ kind, children }: { kind: Kind; children: ReactNode }) {
    const Icon = marks[kind];
    return (
        <span className="mark" data-kind={kind}>
            <Icon size={12} strokeWidth={2.75} aria-hidden className={kind === "run" ? "spin" : undefined} />
            {children}
        </span>
    );
}

const words: Record<string, [Kind, string]> = {
    ready: ["pass", text.status.pass],
    passed: ["pass", text.status.pass],
    failed: ["fail", text.status.fail],
    refused: ["fail", text.status.fail],
    running: ["run", text.status.run],
    merged: ["none", text.status.merged],
    landed: ["none", text.status.merged],
    open: ["none", text.status.open],
    protected: ["none", text.status.protected],
    waiting: ["none", text.status.waiting],
    stopped: ["fail", text.status.stopped],
    expired: ["none", text.status.expired],
};

export function StateMark({ state }: { state: string }) {
    const [kind, word] = words[state] ?? (["none", state.toUpperCase()] as const);
    return <Mark kind={kind}>{word}</Mark>;
}

/** A moment, told as how long ago it is. */
export function Ago({ time }: { time: string }) {
    const [now, setNow] = useState(Date.now);
    useEffect(() => {
        const timer = setInterval(() => setNow(Date.now()), 15_000);
        return () => clearInterval(timer);
    }, []);
    return (
        <time dateTime={time} title={fullTime(time)}>
            {ago(time, Math.max(now, Date.parse(time)))}
        </time>
    );
}

export function CommitLink({ id }: { id: string }) {
    return (
        <Link href={`/history/${id}`} className="mono link">
            {shortId(id)}
        </Link>
    );
}

/** A branch or a tag that names a commit. */
export function RefName({ name }: { name: string }) {
    const tag = /^tag: (.*)$/.exec(name)?.[1];
    return (
        <span className="ref" data-head={name === "main" || undefined}>
            {tag !== undefined && <Tag size={10} aria-label={text.lists.tag} />}
            {tag ?? name}
        </span>
    );
}

export function CopyButton({ value }: { value: string }) {
    const [isDone, setDone] = useState(false);
    useEffect(() => {
        if (!isDone) return;
        const timer = setTimeout(() => setDone(false), 1500);
        return () => clearTimeout(timer);
    }, [isDone]);
    const label = isDone ? text.copy.done : text.copy.id;
    return (
        <Tip label={label}>
            <button
                type="button"
                className="button"
                data-bare
                aria-label={label}
                onClick={() => void navigator.clipboard?.writeText(value).then(() => setDone(true))}
            >
                {isDone ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
            </button>
        </Tip>
    );
}

/** What went wrong, and what to do. */
export function Trouble({ error }: { error: unknown }) {
    const message = error instanceof Problem ? error.message : text.problem.offline;
    return (
        <div className="problem" role="alert">
            <CircleAlert size={16} aria-hidden />
            <div>
                <p>{message}</p>
                {error instanceof Problem && error.hint && <p className="soft">{error.hint}</p>}
            </div>
        </div>
    );
}

export function Loading() {
    return (
        <p className="quiet" role="status">
            {text.loading}
        </p>
    );
}

export function GateNames({ gates }: { gates: Gate[] }) {
    return (
        <ul className="gates" aria-label={text.branch.gates}>
            {gates.map((gate) => {
                const kind = gate.notRun ? "none" : gate.passed ? "pass" : "fail";
                const Icon = gate.notRun ? Minus : gate.passed ? Check : X;
                return (
                    <li key={gate.name} className="gate-name" data-kind={kind}>
                        <Icon size={12} strokeWidth={2.5} aria-label={gate.notRun ? "not run" : gate.passed ? "passed" : "failed"} />
                        {gate.name}
                    </li>
                );
            })}
        </ul>
    );
}

export function Counts({ added, modified, deleted }: { added: number; modified: number; deleted: number }) {
    const n = new Intl.NumberFormat("en");
    return (
        <span className="counts">
            {added > 0 && <span className="plus">+{n.format(added)}</span>}
            {modified > 0 && <span className="tilde">~{n.format(modified)}</span>}
            {deleted > 0 && <span className="minus">−{n.format(deleted)}</span>}
        </span>
    );
}
