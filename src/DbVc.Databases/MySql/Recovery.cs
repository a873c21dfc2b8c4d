namespace DbVc.Databases;

/// <summary>Finishes or takes back what a writer left who died, before anybody reads definitions that are neither old nor new.</summary>
internal static class MySqlRecovery
{
    /// <summary>Waits for a writer that is still alive; throws kind Locked if it takes longer.</summary>
    public static void RunIfNeeded(MySqlHandle handle, MySqlAddress address, TimeSpan timeout)
    {
        if (MySqlSteps.Exist(handle)) MySqlApplySession.Connect(address, timeout).Dispose();
    }
}
