using System.Diagnostics;
using System.Text.RegularExpressions;
using DbVc.Fetching;

namespace DbVc.Orchestration;

/// <summary>Hands one notification to one receiver, once.</summary>
internal static partial class Courier
{
    private static readonly TimeSpan s_webhookTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_commandTime = TimeSpan.FromSeconds(30);

    /// <summary>Null where it was taken; otherwise a sentence, without secrets.</summary>
    public static string? Deliver(Delivery delivery, NotificationSettings settings, DateTimeOffset now, CancellationToken cancel) =>
        delivery.IsCommand ? Run(delivery, settings, cancel) : Post(delivery, settings, now, cancel);

    private static string? Post(Delivery delivery, NotificationSettings settings, DateTimeOffset now, CancellationToken cancel)
    {
        if (Environment.GetEnvironmentVariable(settings.SecretVariable) is not { Length: > 0 } secret)
            return $"The environment variable {settings.SecretVariable}, with which webhooks are signed, is not set.";
        string? missing = null;
        var text = Variable().Replace(delivery.Target, match =>
        {
            var value = Environment.GetEnvironmentVariable(match.Groups[1].Value);
            if (string.IsNullOrEmpty(value)) missing = match.Groups[1].Value;
            return value ?? "";
        });
        if (missing is not null) return $"The environment variable {missing} is not set.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return "The address is no http or https address.";
        var message = new WebhookMessage(delivery.Notification.Id, delivery.Notification.ToBytes());
        return WebhookClient.Post(address, message, secret, now, s_webhookTime, cancel).Problem;
    }

    /// <summary>The command is a person's own, from the configuration; what it is told comes on its standard input, never in its text. It gets no secret of
    /// db-vc's.</summary>
    private static string? Run(Delivery delivery, NotificationSettings settings, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", delivery.Target])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DBVC_EVENT"] = delivery.Notification.Event },
        };
        foreach (var secret in (string[])["DBVC_TOKEN", "DBVC_TOKEN_FILE", settings.SecretVariable]) start.Environment.Remove(secret);
        try
        {
            using var process = Process.Start(start)!;
            // Read and let go: a full pipe would hold the command up.
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _ = FeedAsync(process, delivery.Notification.ToBytes());
            using var stop = cancel.Register(() => process.Kill(entireProcessTree: true));
            if (process.WaitForExit(s_commandTime)) return process.ExitCode == 0 ? null : $"The command ended with exit code {process.ExitCode}.";
            process.Kill(entireProcessTree: true);
            return $"The command took longer than {s_commandTime.TotalSeconds:0} s and was stopped.";
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or IOException)
        {
            return "The command cannot be started: there is no /bin/sh.";
        }
    }

    /// <summary>A command that does not want to know is no error; whether that is well, its exit code says.</summary>
    private static async Task FeedAsync(Process process, byte[] bytes)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(bytes).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException)
        {
            // It ended first.
        }
    }

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Variable();
}
