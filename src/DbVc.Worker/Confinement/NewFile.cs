namespace DbVc.Worker;

/// <summary>Makes files; the filter of system calls lets nobody open one for writing that exists already.</summary>
internal static class NewFile
{
    public static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.Write);

    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(path);
        file.Write(bytes);
    }
}
