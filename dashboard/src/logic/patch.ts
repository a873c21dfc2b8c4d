/** One line of a file, as a unified patch tells it. */
export interface PatchLine {
    kind: "same" | "added" | "deleted" | "gap";
    text: string;
    before: number | null;
    after: number | null;
}

const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Reads a unified patch of one file. What stands before its first hunk is about names and is left out. */
export function readPatch(patch: string): PatchLine[] {
    const lines: PatchLine[] = [];
    let before = 0;
    let after = 0;
    let isInside = false;
    for (const line of patch.replace(/\n$/, "").split("\n")) {
        const start = hunk.exec(line);
        if (start) {
            before = Number(start[1]);
            after = Number(start[2]);
            if (isInside || before > 1 || after > 1)
                lines.push({ kind: "gap", text: line.slice(line.indexOf("@@", 2) + 2).trim(), before: null, after: null });
            isInside = true;
        } else if (!isInside || line.startsWith("\\")) {
            // The names of the file, and a remark about its last line.
        } else if (line.startsWith("+")) lines.push({ kind: "added", text: line.slice(1), before: null, after: after++ });
        else if (line.startsWith("-")) lines.push({ kind: "deleted", text: line.slice(1), before: before++, after: null });
        else lines.push({ kind: "same", text: line.slice(1), before: before++, after: after++ });
    }
    return lines;
}

/** Two states of a definition as a patch: what they begin and end with alike is said once. */
export function definitionPatch(before: string | null, after: string | null): { status: string; patch: string } {
    const olds = before?.split("\n") ?? [];
    const news = after?.split("\n") ?? [];
    const most = Math.min(olds.length, news.length);
    let head = 0;
    while (head < most && olds[head] === news[head]) head++;
    let tail = 0;
    while (tail < most - head && olds.at(-1 - tail) === news.at(-1 - tail)) tail++;
    const lines = [
        ...olds.slice(0, head).map((line) => ` ${line}`),
        ...olds.slice(head, olds.length - tail).map((line) => `-${line}`),
        ...news.slice(head, news.length - tail).map((line) => `+${line}`),
        ...news.slice(news.length - tail).map((line) => ` ${line}`),
    ];
    return { status: before === null ? "added" : after === null ? "deleted" : "changed", patch: ["@@ -1 +1 @@", ...lines].join("\n") };
}
