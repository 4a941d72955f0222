using LeadSync.Crm.Salesforce;

namespace LeadSync.Connector.OAuth;

/// <summary>The app that the installation brings for all its connections, and where people log in.</summary>
public sealed class SalesforceApps(OAuthOptions options)
{
    /// <summary>The installation's own app; null when it has none.</summary>
    public SalesforceApp? OfInstallation { get; } = Read(options);

    /// <summary>Salesforce's login for an environment.</summary>
    public Uri Login(string environment) =>
        environment == ConsentEnvironment.Sandbox ? options.SalesforceSandboxLogin : options.SalesforceLogin;

    private static SalesforceApp? Read(OAuthOptions options)
    {
        if (options.SalesforceClientId is not { Length: > 0 } clientId)
            return null;
        var secret = options.SalesforceClientSecretFile is { Length: > 0 } file
            ? File.ReadAllText(file).Trim()
            : options.SalesforceClientSecret;
        return new SalesforceApp(clientId, secret is { Length: > 0 } ? secret : null);
    }
}
