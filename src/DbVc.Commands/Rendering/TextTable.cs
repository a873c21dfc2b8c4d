namespace DbVc.Commands;

/// <summary>A table for people: a header and rows of pieces. Columns whose header starts with '#' hold numbers, to the right.</summary>
internal sealed class TextTable(params string[] headers)
{
    private readonly List<Piece[]> _rows = [];

    public IReadOnlyList<string> Headers { get; } = [.. headers.Select(header => header.TrimStart('#'))];

    public IReadOnlyList<Piece[]> Rows => _rows;

    public bool IsNumber(int column) => headers[column].StartsWith('#');

    public TextTable Add(params Piece[] cells)
    {
        if (cells.Length != headers.Length) throw new ArgumentException($"The table has {headers.Length} columns, the row {cells.Length}.", nameof(cells));
        _rows.Add(cells);
        return this;
    }

    /// <summary>Aligned columns, two spaces between them, nothing behind the last word of a line.</summary>
    public IEnumerable<string> ToLines()
    {
        var lines = _rows.Select(row => row.Select(cell => Printable.Line(cell.Text)).ToArray()).Prepend([.. Headers]).ToList();
        var widths = Headers.Select((_, column) => lines.Max(line => Printable.Width(line[column]))).ToArray();
        return lines.Select(line => string.Join("  ", line.Select((cell, column) => Pad(cell, widths[column], IsNumber(column)))).TrimEnd());
    }

    /// <summary>The rows without header as aligned pieces that keep their looks; columns that are empty everywhere take no room.</summary>
    public IEnumerable<Piece[]> ToPieces()
    {
        var widths = Headers.Select((_, column) => _rows.Select(row => Printable.Width(Printable.Line(row[column].Text))).DefaultIfEmpty().Max()).ToArray();
        var used = Enumerable.Range(0, widths.Length).Where(column => widths[column] > 0).ToArray();
        foreach (var row in _rows)
        {
            var last = used.LastOrDefault(column => row[column].Text.Length > 0);
            yield return [.. used.Where(column => column <= last).SelectMany(column => Padded(row[column], column, last))];
        }

        IEnumerable<Piece> Padded(Piece cell, int column, int last)
        {
            var space = new string(' ', widths[column] - Printable.Width(Printable.Line(cell.Text)));
            var (before, after) = IsNumber(column) ? (space, "") : ("", space);
            return column == last ? [before, cell] : [before, cell, after + "  "];
        }
    }

    private static string Pad(string cell, int width, bool toTheRight)
    {
        var space = new string(' ', width - Printable.Width(cell));
        return toTheRight ? space + cell : cell + space;
    }
}
