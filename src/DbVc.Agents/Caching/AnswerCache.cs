using System.Text.Json;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>Answers of models by the question that got them, a file each; those that were not used longest go when there is too much.</summary>
/// <param name="folder">Made when the first is kept; for its owner alone.</param>
/// <param name="mostBytes">Of all together; 0 keeps none.</param>
/// <param name="age">How long one is good.</param>
/// <param name="mask">An answer that holds a secret is not kept.</param>
public sealed class AnswerCache(string folder, long mostBytes, TimeSpan age, SecretMask mask, TimeProvider time)
{
    private const string Ending = ".json";

    /// <summary>The answer to a question; null where none is kept, or it is too old or damaged.</summary>
    public ChatResponse? Find(Hash question)
    {
        var path = PathOf(question);
        try
        {
            if (mostBytes == 0 || !File.Exists(path)) return null;
            var kept = JsonSerializer.Deserialize<KeptAnswer>(File.ReadAllBytes(path), AIJsonUtilities.DefaultOptions);
            if (kept is not { Messages.Count: > 0 }) return null;
            var now = time.GetUtcNow();
            if (kept.Time + age < now)
            {
                File.Delete(path);
                return null;
            }

            File.SetLastWriteTimeUtc(path, now.UtcDateTime);
            return new ChatResponse(kept.Messages) { Usage = kept.Usage, FinishReason = kept.FinishReason };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            // A cache that cannot be read is an empty one.
            return null;
        }
    }

    /// <summary>Keeps an answer. Where it cannot be written nothing is lost but the next saving.</summary>
    public void Keep(Hash question, ChatResponse answer)
    {
        if (mostBytes == 0) return;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(
            new KeptAnswer(time.GetUtcNow(), [.. answer.Messages], answer.Usage, answer.FinishReason), AIJsonUtilities.DefaultOptions);
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        if (bytes.Length > mostBytes || mask.Mask(text) != text) return;
        try
        {
            Directory.CreateDirectory(folder);
            Prune(mostBytes - bytes.Length);
            Write(PathOf(question), bytes);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Removes all, for example because they may hold what was purged.</summary>
    public static void Clear(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private string PathOf(Hash question) => Path.Combine(folder, question + Ending);

    private void Prune(long left)
    {
        var files = new DirectoryInfo(folder).GetFiles("*" + Ending).OrderByDescending(f => f.LastWriteTimeUtc).ToList();
        foreach (var file in files)
        {
            left -= file.Length;
            if (left < 0) file.Delete();
        }
    }

    /// <summary>Whole or not at all: agents that work at the same time read it.</summary>
    private static void Write(string path, byte[] bytes)
    {
        var draft = $"{path}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, options)) file.Write(bytes);
        File.Move(draft, path, overwrite: true);
    }

    private sealed record KeptAnswer(DateTimeOffset Time, IList<ChatMessage> Messages, UsageDetails? Usage, ChatFinishReason? FinishReason);
}
