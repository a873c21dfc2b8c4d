using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Differences of rows, schema and files for people.</summary>
internal static class DiffView
{
    public static void Write(Output output, DiffReport report)
    {
        if (report.Tables.Count + report.Schema.Count + report.Files.Count == 0)
        {
            output.Line("No differences.");
            return;
        }

        foreach (var change in report.Schema) WriteSchema(output, change);
        foreach (var table in report.Tables) WriteTable(output, table);
        foreach (var file in report.Files) WriteFile(output, file);
    }

    public static void WriteStat(Output output, DiffReport report)
    {
        ChangesView.Write(output, report.Tables.Select(table => new TableChange(
            table.Name, table.Status, table.Counts.Added, table.Counts.Modified + table.Counts.Moved, table.Counts.Deleted)));
        foreach (var change in report.Schema) output.Line("  ", change.Kind, " ", change.Object, " ", Piece.Dim(Verb(change)));
        foreach (var file in report.Files) output.Line("  ", file.Path, " ", Piece.Dim(file.Status));
        if (report.Tables.Count + report.Schema.Count + report.Files.Count == 0) output.Line("No differences.");
    }

    private static void WriteTable(Output output, TableDiff table)
    {
        output.Line(Piece.Strong(table.Name), Piece.Dim(
            $"  {Shown.Count(table.Counts.Added)} added, {Shown.Count(table.Counts.Modified)} modified, {Shown.Count(table.Counts.Deleted)} deleted"
            + (table.Counts.Moved == 0 ? "" : $", {Shown.Count(table.Counts.Moved)} moved")));
        foreach (var row in table.Rows.Select(change => new DiffRow(table, change))) WriteRow(output, row);
        if (table.Truncated) output.Line(Piece.Dim("  … more rows differ; --limit N lists more, --all every one"));
    }

    private static void WriteRow(Output output, DiffRow row)
    {
        var times = row.Count == 1 ? "" : $"  ({Shown.Count(row.Count)} times)";
        if (row.Before is null) output.Line(Piece.Good($"  + {Shown.Row(row.After!, row.Numbers)}{times}"));
        else if (row.After is null) output.Line(Piece.Bad($"  - {Shown.Row(row.Before, row.Numbers)}{times}"));
        else
        {
            List<Piece> line = row.IsMoved
                ? [Piece.Warning("  ~ "), Piece.Dim("moved "), Shown.Key(row.OldKey, row.Numbers), Piece.Dim(" → "), Shown.Key(row.Key, row.Numbers)]
                : [Piece.Warning("  ~ "), Shown.Key(row.Key, row.Numbers)];
            foreach (var (column, before, after) in row.Cells().Where(cell => !row.IsMoved || row.Key.All(part => part.Name != cell.Column)))
            {
                var isNumber = row.Numbers.Contains(column);
                line.AddRange([$"  {column}: ", Piece.Bad(Shown.Cell(before, isNumber)), Piece.Dim(" → "), Piece.Good(Shown.Cell(after, isNumber))]);
            }

            output.Line([.. line]);
        }
    }

    private static void WriteSchema(Output output, SchemaChange change)
    {
        output.Line(Piece.Strong($"{change.Kind} {change.Object}"), Piece.Dim($"  {Verb(change)}"));
        WriteLines(output, change.Before, '-', Look.Bad);
        WriteLines(output, change.After, '+', Look.Good);
    }

    private static void WriteLines(Output output, string? text, char sign, Look look)
    {
        if (text is null) return;
        foreach (var line in text.Split('\n')) output.Line(new Piece($"  {sign} {line.TrimEnd('\r')}", look));
    }

    private static void WriteFile(Output output, FileDiff file)
    {
        output.Line(Piece.Strong(file.Path), Piece.Dim($"  {file.Status}"));
        foreach (var line in file.Patch.TrimEnd('\n').Split('\n'))
        {
            output.Line(new Piece(line.TrimEnd('\r'), line switch
            {
                ['+', ..] => Look.Good,
                ['-', ..] => Look.Bad,
                ['@', ..] => Look.Name,
                _ => Look.Plain,
            }));
        }
    }

    private static string Verb(SchemaChange change) => change.Before is null ? "added" : change.After is null ? "dropped" : "changed";
}
