namespace DbVc.PipelineRuntime;

/// <summary>Makes the names of columns of a header of several rows.</summary>
internal static class MergedHeader
{
    /// <summary>
    /// Joins what stands above each other. A blank cell of an upper row has the text to its left, as headings over several columns are written, as far as no
    /// row above it begins another heading; texts that repeat the one above them are left out.
    /// </summary>
    /// <param name="rows">From above; at least one.</param>
    /// <param name="separator">Stands between the parts of a name.</param>
    public static string[] Join(IReadOnlyList<IReadOnlyList<string>> rows, string separator)
    {
        var names = new string[rows.Max(r => r.Count)];
        var headings = new string[rows.Count];
        Array.Fill(headings, "");
        for (var column = 0; column < names.Length; column++)
        {
            for (var row = 0; row < rows.Count; row++)
            {
                var text = column < rows[row].Count ? rows[row][column] : "";
                if (text.Length > 0) Array.Fill(headings, "", row, rows.Count - row);
                if (text.Length > 0 || row == rows.Count - 1) headings[row] = text;
            }

            names[column] = string.Join(separator, headings.Where((h, i) => h.Length > 0 && (i == 0 || h != headings[i - 1])));
        }

        return names;
    }
}
