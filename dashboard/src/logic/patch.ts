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
