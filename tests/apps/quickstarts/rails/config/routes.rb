Rails.application.routes.draw do
  root 'logins#home'
  post '/login', to: 'logins#create'
  get '/authenticate', to: 'logins#show'
  get '/me', to: 'logins#me'
  post '/logout', to: 'logins#destroy'
  get '/organizations/:slug', to: 'organizations#show', as: :organization
  post '/organizations/:slug/login', to: 'organizations#login', as: :organization_login
  post '/organizations/:id', to: 'organizations#choose', as: :choose_organization
  post '/organizations', to: 'organizations#create'
end
