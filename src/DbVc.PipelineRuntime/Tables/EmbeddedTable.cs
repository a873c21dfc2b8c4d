namespace DbVc.PipelineRuntime;

/// <summary>Tables of facts that come with the library.</summary>
internal static class EmbeddedTable
{
    /// <summary>The lines of a table that are not empty.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using var stream = typeof(EmbeddedTable).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The table {name} is missing.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0) yield return line;
        }
    }
}
