using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Does the steps that reshape a source, in bounded memory, and writes what comes out as JSON Lines.</summary>
internal static class Reshaper
{
    private static readonly byte[] s_mark = Encoding.UTF8.GetBytes($"{{\"{ReshapedMembers.Line}\":");

    /// <summary>Whether they are reshaped records already: such as were written out of the quarantine to be mended.</summary>
    public static bool IsReshaped(Stream content)
    {
        var start = new byte[64];
        var bytes = start.AsSpan(0, content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        return bytes.TrimStart("\n\r \t"u8).StartsWith(s_mark);
    }

    /// <summary>Throws <see cref="PipelineException"/> where the source cannot be read or lacks a column, and <c>source.reshape-size</c>.</summary>
    /// <param name="spec">With the form of its source found.</param>
    /// <param name="open">Opens the source from its start.</param>
    /// <param name="room">What it may take of the disk.</param>
    /// <param name="into">Gets the lines; records that cannot be read, or that a step rejects, come last.</param>
    /// <returns>The source's own records first, then what each step did.</returns>
    public static IReadOnlyList<ReshapeCount> Write(ReshapeSpec spec, Func<Stream> open, SpoolRoom room, Stream into)
    {
        using var aside = new RowSpool(room, columns: 3);
        using var stream = open();
        var input = new ReshapeInput(spec, open, Reject);
        var rows = input.Open(stream);
        var tallies = new List<ReshapeTally>();
        foreach (var step in spec.Steps)
        {
            var tally = new ReshapeTally(step.Text, room, Reject);
            tallies.Add(tally);
            rows = tally.Give(step.Run(tally.Take(rows), tally));
        }

        var lines = new ReshapedLines(rows.Columns, into, room);
        foreach (var row in rows.Rows) lines.Write(row);
        foreach (var (_, _, row) in aside.Read("ORDER BY seq"))
        {
            lines.Write(new RejectedRow(row.Line, row.Cells[0]!, row.Cells[1]!, row.Cells[2]!));
        }

        lines.Flush();
        var read = new ReshapeCount("read the source", input.Read + input.Unreadable, input.Read) { Rejected = input.Unreadable };
        return [read, .. tallies.Select(t => t.Count)];

        void Reject(RejectedRow row) => aside.Add(new ShapedRow(row.Line, [row.Rule, row.Message, row.Raw]));
    }
}
