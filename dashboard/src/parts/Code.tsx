import { json } from "@codemirror/lang-json";
import { SQLite, sql } from "@codemirror/lang-sql";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { csharp } from "@codemirror/legacy-modes/mode/clike";
import { xml } from "@codemirror/legacy-modes/mode/xml";
import { EditorState, type Extension, RangeSet, RangeSetBuilder } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, gutter } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { type PatchLine, readPatch } from "../logic/patch";

const colours = HighlightStyle.define([
    { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--syntax-keyword)" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--syntax-string)" },
    { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--syntax-number)" },
    { tag: [tags.comment, tags.meta], color: "var(--syntax-comment)" },
    { tag: [tags.propertyName, tags.typeName, tags.tagName, tags.attributeName], color: "var(--syntax-name)" },
]);

export const codeTheme = EditorView.theme({
    "&": { backgroundColor: "transparent", color: "var(--ink)", fontSize: "12px", height: "100%" },
    "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
    ".cm-content": { padding: "0.5rem 0", caretColor: "var(--ink)" },
    ".cm-line": { padding: "0 0.75rem" },
    ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-faint)", border: "0" },
    ".cm-number": { display: "block", minWidth: "2.75em", padding: "0 0.375em", textAlign: "right" },
    ".cm-sign": { display: "block", width: "1.25em", textAlign: "center" },
    ".cm-cursor": { borderLeftColor: "var(--ink)" },
    "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-wash) !important" },
    ".line-added": { backgroundColor: "var(--pass-wash)" },
    ".line-deleted": { backgroundColor: "var(--fail-wash)" },
    ".line-gap": { backgroundColor: "var(--sunken)", color: "var(--ink-faint)" },
    ".cm-placeholder": { color: "var(--ink-faint)" },
});

export const highlighting = syntaxHighlighting(colours);

export function languageOf(path: string): Extension {
    const end = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
    if (end === "cs") return StreamLanguage.define(csharp);
    if (end === "json" || end === "jsonl") return json();
    if (end === "sql") return sql({ dialect: SQLite });
    if (end === "yaml" || end === "yml") return yaml();
    if (end === "csproj" || end === "xml") return StreamLanguage.define(xml);
    return [];
}

/**
 * Puts an editor into a shadow root: there its styles are adopted style sheets, which the page's policy allows, where it would forbid the style
 * elements that it makes in a document. Custom properties reach it all the same.
 */
export function mount(host: HTMLElement, state: EditorState): EditorView {
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    root.replaceChildren();
    return new EditorView({ state, parent: root, root });
}

class Label extends GutterMarker {
    constructor(
        readonly label: string,
        readonly name: string,
    ) {
        super();
    }

    override eq(other: Label): boolean {
        return other.label === this.label;
    }

    override toDOM(): Node {
        const span = document.createElement("span");
        span.className = this.name;
        span.textContent = this.label;
        return span;
    }
}

function column(lines: PatchLine[], name: string, labelOf: (line: PatchLine) => string): Extension {
    const longest = lines.reduce((longest, line) => (labelOf(line).length > longest.length ? labelOf(line) : longest), "");
    return gutter({
        initialSpacer: () => new Label(longest, name),
        lineMarker: (view, block) => {
            const line = lines[view.state.doc.lineAt(block.from).number - 1];
            return line ? new Label(labelOf(line), name) : null;
        },
    });
}

function decorate(lines: PatchLine[]): Extension {
    return EditorView.decorations.of((view) => {
        const ranges = new RangeSetBuilder<Decoration>();
        for (const { from, to } of view.visibleRanges) {
            for (let at = from; at <= to; ) {
                const line = view.state.doc.lineAt(at);
                const kind = lines[line.number - 1]?.kind;
                if (kind && kind !== "same") ranges.add(line.from, line.from, Decoration.line({ class: `line-${kind}` }));
                at = line.to + 1;
            }
        }
        return view.visibleRanges.length ? ranges.finish() : RangeSet.empty;
    });
}

/** Shows a file as a patch tells it: an added one as it is, a changed one with what it was. It can be read and searched, not written. */
export function Patch({ path, status, patch }: { path: string; status: string; patch: string }) {
    const host = useRef<HTMLDivElement>(null);
    useEffect(() => {
        if (!host.current) return;
        const lines = readPatch(patch);
        const isWhole = status === "added" || status === "deleted";
        const number = (n: number | null) => (n === null ? "" : String(n));
        const view = mount(
            host.current,
            EditorState.create({
                doc: lines.map((line) => line.text).join("\n"),
                extensions: [
                    EditorState.readOnly.of(true),
                    EditorView.contentAttributes.of({ "aria-label": path, tabindex: "0" }),
                    isWhole ? [] : column(lines, "cm-number", (line) => number(line.before)),
                    column(lines, "cm-number", (line) => number(status === "deleted" ? line.before : line.after)),
                    isWhole ? [] : column(lines, "cm-sign", (line) => ({ added: "+", deleted: "−", same: "", gap: "⋯" })[line.kind]),
                    isWhole ? [] : decorate(lines),
                    codeTheme,
                    highlighting,
                    languageOf(path),
                ],
            }),
        );
        return () => view.destroy();
    }, [path, status, patch]);
    return <div className="code" ref={host} />;
}
