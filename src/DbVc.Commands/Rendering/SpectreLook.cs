using Spectre.Console;

namespace DbVc.Commands;

/// <summary>The one place that says which colour a look has.</summary>
internal static class SpectreLook
{
    /// <summary>The parameter of the terminal's colour sequence; empty for plain text.</summary>
    public static string AnsiCode(Look look) => look switch
    {
        Look.Strong => "1",
        Look.Dim => "2",
        Look.Good => "32",
        Look.Bad => "31",
        Look.Warning => "33",
        Look.Id => "33",
        Look.Name => "36",
        _ => "",
    };

    public static Style Style(Look look) => look switch
    {
        Look.Strong => new Style(decoration: Decoration.Bold),
        Look.Dim => new Style(decoration: Decoration.Dim),
        Look.Good => new Style(Color.Green),
        Look.Bad => new Style(Color.Maroon),
        Look.Warning or Look.Id => new Style(Color.Olive),
        Look.Name => new Style(Color.Teal),
        _ => Spectre.Console.Style.Plain,
    };

    public static Table Draw(TextTable table)
    {
        var drawn = new Table { Border = TableBorder.Rounded, BorderStyle = Style(Look.Dim) };
        foreach (var (column, header) in table.Headers.Index())
        {
            var alignment = table.IsNumber(column) ? Justify.Right : Justify.Left;
            drawn.AddColumn(new TableColumn(new Text(header, Style(Look.Strong))) { Alignment = alignment });
        }

        foreach (var row in table.Rows) drawn.AddRow(row.Select(cell => new Text(Printable.Line(cell.Text), Style(cell.Look))));
        return drawn;
    }
}
