using System.Globalization;
using System.Text;
using DiffPlex;

namespace DbVc.VersionControl;

/// <summary>Unified diffs of text files, as <c>diff -u</c> prints them.</summary>
public static class UnifiedDiff
{
    private const int ContextLines = 3;

    /// <summary>Null stands for a file that does not exist. Equal texts give an empty patch.</summary>
    public static string Create(string path, string? before, string? after)
    {
        var beforeLines = Lines(before);
        var afterLines = Lines(after);
        var blocks = new Differ().CreateLineDiffs(before ?? "", after ?? "", ignoreWhitespace: false).DiffBlocks
            .Select(b => new Block(b.DeleteStartA, b.DeleteCountA, b.InsertStartB, b.InsertCountB)).ToList();
        if (before is null) blocks = afterLines.Length == 0 ? [] : [new Block(0, 0, 0, afterLines.Length)];
        if (after is null) blocks = beforeLines.Length == 0 ? [] : [new Block(0, beforeLines.Length, 0, 0)];
        if (blocks.Count == 0) return "";
        var patch = new StringBuilder();
        patch.Append("--- ").Append(before is null ? "/dev/null" : "before/" + path).Append('\n');
        patch.Append("+++ ").Append(after is null ? "/dev/null" : "after/" + path).Append('\n');
        foreach (var hunk in Hunks(blocks)) Append(patch, hunk, beforeLines, afterLines);
        return patch.ToString();
    }

    /// <summary>Lines that were changed, added or removed; a line that became another counts once. Null stands for a file that does not exist.</summary>
    public static int CountChanged(string? before, string? after)
    {
        if (before is null || after is null) return Lines(before ?? after).Length;
        return new Differ().CreateLineDiffs(before, after, ignoreWhitespace: false).DiffBlocks.Sum(b => Math.Max(b.DeleteCountA, b.InsertCountB));
    }

    /// <summary>How many lines a text has.</summary>
    public static int CountLines(string text) => Lines(text).Length;

    /// <summary>Which line of <paramref name="after"/> is the given one of <paramref name="before"/>, both from 1; null where it was changed or
    /// removed.</summary>
    public static int? FindLine(string before, string after, int line)
    {
        var moved = 0;
        foreach (var block in new Differ().CreateLineDiffs(before, after, ignoreWhitespace: false).DiffBlocks.OrderBy(b => b.DeleteStartA))
        {
            if (block.DeleteStartA >= line) break;
            if (line <= block.DeleteStartA + block.DeleteCountA) return null;
            moved += block.InsertCountB - block.DeleteCountA;
        }

        return line + moved;
    }

    private static string[] Lines(string? text)
    {
        if (string.IsNullOrEmpty(text)) return [];
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    /// <summary>Blocks whose context would overlap share a hunk.</summary>
    private static IEnumerable<List<Block>> Hunks(List<Block> blocks)
    {
        var hunk = new List<Block>();
        foreach (var block in blocks)
        {
            if (hunk.Count > 0 && block.Before - (hunk[^1].Before + hunk[^1].Deleted) > 2 * ContextLines)
            {
                yield return hunk;
                hunk = [];
            }

            hunk.Add(block);
        }

        yield return hunk;
    }

    private static void Append(StringBuilder patch, List<Block> hunk, string[] before, string[] after)
    {
        var start = Math.Max(0, hunk[0].Before - ContextLines);
        var end = Math.Min(before.Length, hunk[^1].Before + hunk[^1].Deleted + ContextLines);
        var grown = hunk.Sum(b => b.Inserted - b.Deleted);
        var afterStart = hunk[0].After - (hunk[0].Before - start);
        patch.Append(CultureInfo.InvariantCulture, $"@@ -{Range(start, end - start)} +{Range(afterStart, end - start + grown)} @@\n");
        var at = start;
        foreach (var block in hunk)
        {
            for (; at < block.Before; at++) patch.Append(' ').Append(before[at]).Append('\n');
            for (; at < Math.Min(before.Length, block.Before + block.Deleted); at++) patch.Append('-').Append(before[at]).Append('\n');
            for (var i = block.After; i < Math.Min(after.Length, block.After + block.Inserted); i++) patch.Append('+').Append(after[i]).Append('\n');
        }

        for (; at < end; at++) patch.Append(' ').Append(before[at]).Append('\n');
    }

    private static string Range(int start, int count) => count == 0 ? $"{start},0" : $"{start + 1},{count}";

    private readonly record struct Block(int Before, int Deleted, int After, int Inserted);
}
