namespace DbVc.Orchestration;

/// <summary>Writes a file that appears whole under its name or not at all. Never writes into what lies there: neither a link nor a pipe.</summary>
internal static class WholeFile
{
    /// <summary>What is behind the name of a file that is being written, and of what a crash left of one: nobody's file.</summary>
    public const string DraftEnding = ".new";

    public static void Write(string path, ReadOnlySpan<byte> content, bool durable = false)
    {
        // A file left over from a crash is removed first; creating it anew follows no link.
        var draft = path + DraftEnding;
        File.Delete(draft);
        using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
        {
            stream.Write(content);
            stream.Flush(durable);
        }

        File.Move(draft, path, overwrite: true);
    }
}
