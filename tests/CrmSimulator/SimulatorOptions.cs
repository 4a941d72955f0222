namespace LeadSync.CrmSimulator;

/// <summary>How a simulator starts. From the environment: <c>Simulator__DataFolder</c> and so on.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Where orgs and journal are kept; null keeps them in memory only.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Client id of the org demo.</summary>
    public string ClientId { get; init; } = "leadsync-demo";

    /// <summary>Client secret of the org demo.</summary>
    public string ClientSecret { get; init; } = "demo-secret-for-the-simulator-only";

    /// <summary>Where the app of the org demo may be called back after an authorisation.</summary>
    public IReadOnlyList<string> CallbackUrls { get; init; } = [];

    /// <summary>Where to listen; loopback only. Port 0 takes a free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>The CRM's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <exception cref="SettingException">A value is unusable; the message names the setting.</exception>
    public void Check()
    {
        Require(!string.IsNullOrWhiteSpace(ClientId), "Simulator__ClientId", "must not be empty");
        Require(!string.IsNullOrWhiteSpace(ClientSecret), "Simulator__ClientSecret", "must not be empty");
        foreach (var callback in CallbackUrls)
        {
            Require(
                Uri.TryCreate(callback, UriKind.Absolute, out _),
                "Simulator__CallbackUrls",
                $"must hold absolute addresses, not '{callback}'"
            );
        }

        foreach (var url in Url.Split(';'))
        {
            var isHttp = Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp;
            Require(isHttp, "--urls", $"must be an http address, as http://127.0.0.1:8090, not '{url}'");
            Require(
                address!.IsLoopback,
                "--urls",
                $"must be a loopback address, because nothing here is protected, not '{url}'"
            );
        }
    }

    private static void Require(bool holds, string name, string rule)
    {
        if (!holds)
            throw new SettingException($"{name} {rule}.");
    }
}

/// <summary>A setting that the simulator cannot start with; the message names it.</summary>
public sealed class SettingException(string message) : Exception(message);
