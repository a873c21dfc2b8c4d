using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>What the cells of a column are taken for when they are put in order.</summary>
public enum OrderKind
{
    /// <summary>By code points.</summary>
    Text,

    /// <summary>Numbers of any size.</summary>
    Number,

    /// <summary>Dates and times, offsets taken into account.</summary>
    Date,
}

/// <summary>
/// How rows are put in order by a column. Cells that are not of the kind come behind those that are, NULL comes last, whatever the direction.
/// </summary>
/// <param name="Column">A path.</param>
/// <param name="Kind">What its cells are taken for.</param>
public sealed record ColumnOrder(string Column, OrderKind Kind)
{
    public bool Descending { get; init; }

    /// <summary>How dates are written; null: the year first.</summary>
    public string? Format { get; init; }

    /// <summary>How fractions are written.</summary>
    public DecimalMark Mark { get; init; }

    internal string Text => $"{Column}{(Kind == OrderKind.Text ? "" : $" as {Kind.ToString().ToLowerInvariant()}")}{(Descending ? " descending" : "")}";

    /// <summary>Bytes that are in order where the cells are; false for a cell that is not of the kind.</summary>
    internal bool TryOrder(string cell, out byte[] order)
    {
        order = [];
        switch (Kind)
        {
            case OrderKind.Number:
                if (!ExactNumber.TryParse(cell, Mark, out var number)) return false;
                order = number.ToOrder();
                return true;
            case OrderKind.Date:
                var text = DbVc.PipelineRuntime.Text.From(cell.Trim());
                TimeFormat[] formats = Format is null ? [] : [new TimeFormat(Format)];
                text = Operations.ParseDate(text, formats, new Scratch());
                if (!Cells.TryParseTimestamp(text, out var time) || time is not { } known) return false;
                order = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64BigEndian(order, known.Ticks);
                return true;
            default:
                order = OfText(cell);
                return true;
        }
    }

    /// <summary>Bytes for sorting.</summary>
    internal byte[] OrderOf(string? cell, ReshapeTally tally)
    {
        if (cell is null) return [2];
        var isRead = TryOrder(cell, out var order);
        if (!isRead)
        {
            tally.Unread++;
            order = OfText(cell);
        }

        if (Descending) order = [.. order.Select(b => (byte)~b)];
        return [isRead ? (byte)0 : (byte)1, .. order];
    }

    /// <summary>The members of an object that is read back as the same.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("column", Column);
        if (Descending) json.WriteString("direction", "descending");
        if (Kind != OrderKind.Text) json.WriteString("as", Kind.ToString().ToLowerInvariant());
        if (Format is not null) json.WriteString("format", Format);
        if (Kind == OrderKind.Number && Mark == DecimalMark.Comma) json.WriteString("decimal", "comma");
        json.WriteEndObject();
    }

    /// <summary>The end is told from what goes on, so that keys of several columns can be put together.</summary>
    private static byte[] OfText(string cell) => [.. Encoding.UTF8.GetBytes(cell).SelectMany(b => b == 0 ? (byte[])[0, 1] : [b]), 0, 0];
}
