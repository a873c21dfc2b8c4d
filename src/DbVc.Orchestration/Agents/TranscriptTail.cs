using System.Text;

namespace DbVc.Orchestration;

/// <summary>Reads a transcript while it is being written.</summary>
internal static class TranscriptTail
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Whole lines; one that is cut off is given when the rest of it comes, and never if that does not.</summary>
    /// <param name="path">The file; it may not be there yet.</param>
    /// <param name="isWritten">Whether more may come.</param>
    /// <param name="cancel">Ends the wait; throws.</param>
    public static IEnumerable<string> Read(string path, Func<bool> isWritten, CancellationToken cancel)
    {
        // Asked before the file is read to its end, so that what was written last is not missed.
        for (var goesOn = isWritten(); !File.Exists(path); goesOn = isWritten())
        {
            if (!goesOn) yield break;
            if (cancel.WaitHandle.WaitOne(s_pause)) cancel.ThrowIfCancellationRequested();
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var (line, buffer) = (new MemoryStream(), new byte[64 * 1024]);
        while (true)
        {
            var goesOn = isWritten();
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                var start = 0;
                for (int end; (end = Array.IndexOf(buffer, (byte)'\n', start, read - start)) >= 0; start = end + 1)
                {
                    line.Write(buffer, start, end - start);
                    if (line.Length > 0) yield return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
                    line.SetLength(0);
                }

                line.Write(buffer, start, read - start);
            }

            if (!goesOn) yield break;
            if (cancel.WaitHandle.WaitOne(s_pause)) cancel.ThrowIfCancellationRequested();
        }
    }
}
