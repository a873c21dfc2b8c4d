using System.Text.Json;
using System.Text.Encodings.Web;

namespace DbVc.Pipelines;

/// <summary>Counts what a step does, and takes what it rejects.</summary>
/// <param name="step">The step, in words.</param>
/// <param name="room">Where it may keep rows.</param>
/// <param name="rejected">Takes records that it rejects.</param>
internal sealed class ReshapeTally(string step, SpoolRoom room, Action<RejectedRow> rejected)
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private long _taken;
    private long _given;
    private long _rejected;

    public long Filled { get; set; }

    public long Unfilled { get; set; }

    public long Unread { get; set; }

    public long Dropped { get; set; }

    public ReshapeCount Count => new(step, _taken, _given) { Filled = Filled, Unfilled = Unfilled, Unread = Unread, Dropped = Dropped, Rejected = _rejected };

    public RowSpool NewSpool(int columns) => new(room, columns);

    public ShapedRows Take(ShapedRows rows) => rows with { Rows = Each(rows.Rows, () => _taken++) };

    public ShapedRows Give(ShapedRows rows) => rows with { Rows = Each(rows.Rows, () => _given++) };

    /// <summary>Sends a record to the quarantine, as it is when the step sees it.</summary>
    public void Reject(ShapedRow row, IReadOnlyList<string> columns, string rule, string message)
    {
        _rejected++;
        var cells = columns.Zip(row.Cells).ToDictionary(c => c.First, c => c.Second);
        rejected(new RejectedRow(row.Line, rule, message, JsonSerializer.Serialize(cells, s_options)));
    }

    private IEnumerable<ShapedRow> Each(IEnumerable<ShapedRow> rows, Action count)
    {
        foreach (var row in rows)
        {
            room.Cancel.ThrowIfCancellationRequested();
            count();
            yield return row;
        }
    }
}

/// <summary>A record that becomes no row.</summary>
/// <param name="Line">Where it begins in the source.</param>
/// <param name="Rule">The rule that it breaks.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Raw">As it was written.</param>
internal readonly record struct RejectedRow(long Line, string Rule, string Message, string Raw);
