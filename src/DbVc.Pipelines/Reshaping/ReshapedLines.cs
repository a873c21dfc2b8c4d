using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// Writes reshaped records as JSON Lines: each says where it began in the source; one that cannot be loaded says why, and how it was written.
/// </summary>
internal sealed class ReshapedLines
{
    private const int FlushBytes = 64 * 1024;
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly MemoryStream _buffer = new();
    private readonly Utf8JsonWriter _json;
    private readonly Stream _into;
    private readonly SpoolRoom _room;
    private readonly Place _root = new();
    private long _written;

    /// <param name="columns">Paths; a record has them as objects in each other.</param>
    /// <param name="into">Gets the lines.</param>
    /// <param name="room">How many bytes there may be.</param>
    public ReshapedLines(IReadOnlyList<string> columns, Stream into, SpoolRoom room)
    {
        (_into, _room) = (into, room);
        _json = new Utf8JsonWriter(_buffer, s_options);
        for (var i = 0; i < columns.Count; i++)
        {
            _ = JsonPath.TryParse(columns[i], out var steps);
            if (steps is [string name, ..] && ReshapedMembers.All.Contains(name))
            {
                throw new PipelineException("source.reshape", $"A column of the source is called '{name}', which reshaped records need for themselves.");
            }

            var place = steps.Aggregate(_root, (at, step) => at.Down(step));
            place.Column = i;
        }

        if (FindClash(_root, columns, null) is { } clash)
        {
            throw new PipelineException("source.reshape",
                $"'{clash.Outer}' and '{clash.Inner}', which lies in it, cannot both be columns of reshaped records.");
        }
    }

    public void Write(ShapedRow row)
    {
        var before = _buffer.Length;
        _json.WriteStartObject();
        _json.WriteNumber(ReshapedMembers.Line, row.Line);
        WriteMembers(_root, row.Cells);
        _json.WriteEndObject();
        _json.Flush();
        if (_buffer.Length - before <= ShapedRow.LongestBytes)
        {
            EndLine();
            return;
        }

        _json.Reset();
        _buffer.SetLength(before);
        var text = string.Join(",", row.Cells.Select(c => c is null ? "" : c[..Math.Min(c.Length, 200)]));
        Write(new RejectedRow(row.Line, "too_long", $"The record is longer than {ShapedRow.LongestBytes} bytes once it is reshaped.", text));
    }

    public void Write(RejectedRow row)
    {
        ReshapedRecord.Write(_json, row);
        _json.Flush();
        EndLine();
    }

    public void Flush()
    {
        _written += _buffer.Length;
        if (_written > _room.MostBytes) throw _room.Exceeded();
        _buffer.WriteTo(_into);
        _buffer.SetLength(0);
    }

    private void EndLine()
    {
        _json.Reset();
        _buffer.WriteByte((byte)'\n');
        if (_buffer.Length >= FlushBytes) Flush();
    }

    private void WriteMembers(Place at, string?[] cells)
    {
        foreach (var (name, place) in at.Members)
        {
            _json.WritePropertyName(name);
            WriteValue(place, cells);
        }
    }

    private void WriteValue(Place place, string?[] cells)
    {
        if (place.Column >= 0)
        {
            _json.WriteStringValue(cells[place.Column]);
        }
        else if (place.Elements.Count > 0)
        {
            _json.WriteStartArray();
            for (var i = 0; i <= place.Elements.Keys.Last(); i++)
            {
                if (place.Elements.TryGetValue(i, out var element)) WriteValue(element, cells);
                else _json.WriteNullValue();
            }

            _json.WriteEndArray();
        }
        else
        {
            _json.WriteStartObject();
            WriteMembers(place, cells);
            _json.WriteEndObject();
        }
    }

    private static (string Outer, string Inner)? FindClash(Place place, IReadOnlyList<string> columns, string? outer)
    {
        var below = place.Members.Select(m => m.Place).Concat(place.Elements.Values).ToList();
        if (place.Column >= 0 && outer is not null) return (outer, columns[place.Column]);
        if (place.Members.Count > 0 && place.Elements.Count > 0) return ("an object", "an array");
        outer = place.Column >= 0 ? columns[place.Column] : outer;
        return below.Select(p => FindClash(p, columns, outer)).FirstOrDefault(c => c is not null);
    }

    private sealed class Place
    {
        private const int MostElements = 10_000;
        private readonly Dictionary<string, Place> _names = new(StringComparer.Ordinal);

        public int Column { get; set; } = -1;

        public List<(string Name, Place Place)> Members { get; } = [];

        public SortedDictionary<int, Place> Elements { get; } = [];

        public Place Down(object step)
        {
            if (step is int index)
            {
                if (index > MostElements) throw new PipelineException("source.reshape", $"[{index}] is too far in a list for records that are reshaped.");
                if (!Elements.TryGetValue(index, out var element)) Elements.Add(index, element = new Place());
                return element;
            }

            var name = (string)step;
            if (_names.TryGetValue(name, out var place)) return place;
            place = new Place();
            _names.Add(name, place);
            Members.Add((name, place));
            return place;
        }
    }
}
